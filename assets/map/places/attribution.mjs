// Whose data the places are: names out of files, so they are text to the map's credit, never markup.

const MARKS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Words as MapLibre's credit wants them, which reads HTML: each once, shown as it is written. */
export function creditsOf(places) {
  const owed = new Set(places.map(({ attribution }) => attribution).filter(Boolean));
  return [...owed].map((words) => words.replace(/[&<>"']/g, (mark) => MARKS[mark]));
}

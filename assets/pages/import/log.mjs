// What the log of places says can be undone. Pure.

/**
 * The newest change of each place that nobody has taken back; changes are taken back in turn.
 * @param {{type: string, subject: string}[]} rows the newest first
 */
export function undoable(rows) {
  const [undone, found] = [new Map(), new Map()];
  for (const row of rows) {
    const { type, subject } = row;
    const left = undone.get(subject) ?? 0;
    if (type === "place.import_undone") undone.set(subject, left + 1);
    else if (left > 0) undone.set(subject, left - 1);
    else if (!found.has(subject)) found.set(subject, row);
  }
  return new Set(found.values());
}

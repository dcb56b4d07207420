// The button under the map's own that shows everything there is.
import { onLanguage, t } from "../words/texts.mjs";

/**
 * @param {() => void} act
 */
export function createHome(act) {
  const node = document.createElement("div");
  const button = document.createElement("button");
  node.className = "maplibregl-ctrl maplibregl-ctrl-group";
  node.append(button);
  button.type = "button";
  button.className = "map-home";
  button.addEventListener("click", act);
  const label = () => ["title", "aria-label"].forEach((name) => button.setAttribute(name, t("map.whole")));
  label();
  onLanguage(label);
  node.hidden = true;
  return {
    onAdd: () => node,
    onRemove: () => node.remove(),
    show: (wanted) => (node.hidden = !wanted),
  };
}

// What a thing on the map says when pointed at or clicked. Texts are put in as text, never as HTML.
import { Popup } from "../vendor/maplibre-gl.mjs";

/**
 * One popup at most, which stays open while its thing changes.
 * @param {import("../vendor/maplibre-gl.mjs").Map} map
 * @param {object} options
 * @param {(target: Target) => Card|null} options.tell
 * @param {() => void} options.onClose
 */
export function createPopup(map, { tell, onClose }) {
  const popup = new Popup({
    closeButton: false,
    closeOnClick: false,
    offset: 20,
    maxWidth: "18rem",
    className: "map-popup",
    focusAfterOpen: false,
  });
  let target = null;
  let silent = false;
  const node = document.createElement("div");
  const write = writer(node);
  popup.setDOMContent(node);
  popup.on("close", () => {
    target = null;
    if (!silent) onClose();
  });

  const refresh = () => {
    if (!target) return;
    const told = tell(target);
    if (!told) return close();
    write(told);
    popup.setLngLat(told.lonlat);
  };

  const close = () => {
    silent = true;
    popup.remove();
    [silent, target] = [false, null];
  };

  return {
    open: (wanted) => {
      const told = tell(wanted);
      if (!told) return close();
      target = wanted;
      write(told);
      popup.setLngLat(told.lonlat);
      if (!popup.isOpen()) popup.addTo(map);
      return undefined;
    },
    refresh,
    close,
    target: () => target,
  };
}

/** A line of words beside the pointer. */
export function createTip(map, { tell }) {
  const node = document.createElement("div");
  node.className = "map-tip";
  node.hidden = true;
  const write = writer(node);
  map.getContainer().append(node);
  let shown = "";
  return {
    show: (target, { x, y }) => {
      const key = target ? `${target.type}|${target.id}` : "";
      if (key !== shown) {
        const told = target && tell(target);
        node.hidden = !told;
        if (told) write(told);
        shown = told ? key : "";
      }
      if (shown) node.style.transform = `translate(${Math.round(x) + 14}px, ${Math.round(y) + 14}px)`;
    },
    hide: () => {
      node.hidden = true;
      shown = "";
    },
  };
}

/** Put a heading and lines into a node; gives what writes them. */
function writer(node) {
  const [title, list] = [document.createElement("strong"), document.createElement("div")];
  node.append(title, list);
  return ({ title: words, lines }) => {
    if (title.textContent !== words) title.textContent = words;
    const wanted = lines.filter(Boolean);
    while (list.children.length > wanted.length) list.lastChild.remove();
    wanted.forEach((line, i) => {
      const row = list.children[i] ?? list.appendChild(document.createElement("p"));
      if (row.textContent !== line) row.textContent = line;
    });
  };
}

// A card over the map that comes and goes; nobody who is in it when it goes is left nowhere.
import { shown } from "./dom.mjs";

/**
 * Show and hide a card. When it goes with the focus in it, whatever had the focus before it came gets
 * it back, or the map if that is gone: else a keyboard would begin at the top of the page.
 * @param {HTMLElement} root
 * @returns {(visible: boolean) => void}
 */
export function createCard(root) {
  let opener = null;
  return (visible) => {
    if (root.hidden === !visible) return;
    const focused = document.activeElement;
    const held = root.contains(focused);
    if (visible) opener = focused;
    shown(root, visible);
    if (visible || !held) return;
    opener?.focus({ preventScroll: true });
    if (opener === document.body || document.activeElement !== opener)
      document.querySelector("#map canvas")?.focus({ preventScroll: true });
    opener = null;
  };
}

// Making and updating elements. Lists are keyed by id, so that focus, scroll and open menus survive.

/**
 * Make an element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Row} [props] attributes; `on…` are listeners, `text` is its text
 * @param {...(Node|string|null|false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else attribute(node, name, value);
  }
  for (const child of children) if (child !== null && child !== false) node.append(child);
  return node;
}

/** Set, or with null, undefined and false remove, one attribute; nothing happens if it is the same. */
export function attribute(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
    return;
  }
  const words = value === true ? "" : String(value);
  if (node.getAttribute(name) !== words) node.setAttribute(name, words);
}

/** Set the text of a node only when it differs, so that nothing repaints for nothing. */
export function say(node, words) {
  if (node && node.textContent !== words) node.textContent = words;
  return node;
}

/** Show or hide. */
export function shown(node, visible) {
  if (node && node.hidden === visible) node.hidden = !visible;
  return node;
}

/**
 * The element with this id, or null. The page's skeleton says which kind of element it is.
 * @returns {any}
 */
export function byId(id) {
  return document.getElementById(id);
}

/** Pixels that a card takes from the left of the map. */
export function takenBy(card) {
  const map = byId("map").getBoundingClientRect();
  const right = card.getBoundingClientRect().right - map.left;
  return right > map.width * 0.6 ? 16 : right + 56; // on a phone the card covers the map anyway
}

const rows = new WeakMap();

/**
 * Make a parent's children match `items`: new ones are created, old ones updated in place.
 * @template T
 * @param {HTMLElement} parent
 * @param {T[]} items
 * @param {(item: NoInfer<T>) => string} keyOf
 * @param {(item: NoInfer<T>) => HTMLElement} create
 * @param {(node: any, item: NoInfer<T>) => void} [update] gets what `create` gave for the item
 */
export function keyed(parent, items, keyOf, create, update = () => {}) {
  const before = rows.get(parent) ?? new Map();
  const after = new Map();
  const focused = /** @type {HTMLElement|null} */ (document.activeElement);
  for (const item of items) {
    const key = keyOf(item);
    after.set(key, before.get(key) ?? create(item));
    update(after.get(key), item);
  }
  for (const [key, node] of before) if (!after.has(key)) node.remove();
  let cursor = parent.firstElementChild;
  for (const node of after.values()) {
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
  }
  rows.set(parent, after);
  // Moving a node takes the focus off it; give it back without scrolling.
  if (focused && focused !== document.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
}

/** A level's shape; the word stands beside it, so it is hidden from screen readers. */
export function mark(level) {
  return h("span", { class: "mark", "data-level": level, "aria-hidden": "true" });
}

/** A button that waits keeps the focus, which a disabled one would lose. */
export function pending(button, busy) {
  attribute(button, "aria-disabled", busy ? "true" : null);
}

/** Set a list's lines. */
export function lines(list, rows) {
  while (list.children.length > rows.length) list.lastChild.remove();
  rows.forEach((row, i) => say(list.children[i] ?? list.appendChild(h("li", {})), row));
}

// As much of a document as panels use, for tests that need no browser: a tree, attributes, a focus.

class Part {
  constructor(tag) {
    Object.assign(this, { tag, parentElement: null, childNodes: [], listeners: {}, attributes: {}, dataset: {}, hidden: false });
    this.classList = { add: (...names) => (this.attributes.class = [this.attributes.class, ...names].filter(Boolean).join(" ")) };
    this.style = { setProperty: () => {} };
  }
  get children() {
    return this.childNodes.filter((node) => node instanceof Part);
  }
  get childElementCount() {
    return this.children.length;
  }
  get firstElementChild() {
    return this.children[0] ?? null;
  }
  get lastElementChild() {
    return this.children.at(-1) ?? null;
  }
  get nextElementSibling() {
    const row = this.parentElement?.children ?? [];
    return row[row.indexOf(this) + 1] ?? null;
  }
  get textContent() {
    return this.childNodes.map((node) => (node instanceof Part ? node.textContent : node)).join("");
  }
  set textContent(words) {
    this.replaceChildren(...(words === "" ? [] : [String(words)]));
  }
  get isConnected() {
    return this.tag === "body" || Boolean(this.parentElement?.isConnected);
  }
  get lastChild() {
    return this.childNodes.at(-1) ?? null;
  }
  appendChild(node) {
    this.append(node);
    return node;
  }
  append(...nodes) {
    for (const node of nodes) this.insertBefore(node, null);
  }
  insertBefore(node, before) {
    if (node instanceof Part) node.remove();
    const at = before ? this.childNodes.indexOf(before) : this.childNodes.length;
    this.childNodes.splice(at, 0, node);
    if (node instanceof Part) node.parentElement = this;
  }
  replaceChildren(...nodes) {
    for (const node of this.children) node.parentElement = null;
    this.childNodes = [];
    this.append(...nodes);
  }
  remove() {
    const row = this.parentElement?.childNodes;
    row?.splice(row.indexOf(this), 1);
    this.parentElement = null;
  }
  contains(node) {
    for (let one = node; one; one = one.parentElement) if (one === this) return true;
    return false;
  }
  getAttribute(name) {
    return this.attributes[name] ?? null;
  }
  hasAttribute(name) {
    return name in this.attributes;
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  removeAttribute(name) {
    delete this.attributes[name];
  }
  /** By tag, `.class` or `#id`, and by several of them, each inside the one before. */
  querySelector(selector) {
    const [first, ...rest] = selector.split(" ");
    const fits = ({ tag, attributes }) => {
      if (first.startsWith("#")) return attributes.id === first.slice(1);
      return first.startsWith(".") ? (attributes.class ?? "").split(" ").includes(first.slice(1)) : tag === first;
    };
    for (const child of this.children) {
      const found = fits(child) ? child : child.querySelector(first);
      if (found) return rest.length ? found.querySelector(rest.join(" ")) : found;
    }
    return null;
  }
  addEventListener(kind, act) {
    (this.listeners[kind] ??= []).push(act);
  }
  click() {
    for (const act of this.listeners.click ?? []) act({ target: this });
  }
  /** Whoever is hidden or out of the document gets no focus. */
  get visible() {
    return this.isConnected && !this.hidden && (this.parentElement?.visible ?? true);
  }
  checkVisibility() {
    return this.visible;
  }
  focus() {
    if (this.visible) this.ownerDocument.focused = this;
  }
}

/**
 * Put up a document with these elements, by id, for as long as the test runs.
 * @param {import("node:test").TestContext} context
 * @param {...string} ids
 */
export function glass(context, ...ids) {
  const document = {
    focused: null,
    createElement: (tag) => Object.assign(new Part(tag), { ownerDocument: document }),
    createElementNS: (space, tag) => document.createElement(tag),
    getElementById: (id) => document.body.children.find((node) => node.attributes.id === id) ?? null,
    querySelector: (selector) => document.body.querySelector(selector),
    /** What loses its place on screen loses the focus. */
    get activeElement() {
      return document.focused?.visible ? document.focused : document.body;
    },
  };
  document.body = document.createElement("body");
  for (const id of ids) {
    const node = document.createElement("div");
    node.setAttribute("id", id);
    document.body.append(node);
  }
  globalThis.document = document;
  context.after(() => delete globalThis.document);
  return document;
}

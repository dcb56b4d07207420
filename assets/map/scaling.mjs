// Letters and symbols larger by a factor, for screens that are read from afar. Pure.

const SIZES = ["text-size", "icon-size"];

/** A plain number or a zoom curve of numbers, larger by a factor. */
export function larger(size, factor) {
  if (typeof size === "number") return size * factor;
  const [kind, curve, input, ...stops] = size;
  return [kind, curve, input, ...stops.map((stop, i) => (i % 2 ? stop * factor : stop))];
}

/**
 * A style whose letters and symbols are larger by a factor.
 * @template {Row} S
 * @param {S} style
 * @param {number} factor
 * @returns {S}
 */
export function scaled(style, factor) {
  if (factor === 1) return style;
  const layers = style.layers.map((layer) => {
    const sizes = SIZES.filter((name) => layer.layout?.[name] !== undefined).map((name) => [name, larger(layer.layout[name], factor)]);
    return sizes.length ? { ...layer, layout: { ...layer.layout, ...Object.fromEntries(sizes) } } : layer;
  });
  return { ...style, layers };
}

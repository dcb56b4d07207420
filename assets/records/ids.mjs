// What the id of a device or a person says: compound/kind/number. Pure.

/** The compound that it belongs to. */
export const compoundIn = (id) => id.split("/")[0];

/** The kind of device; undefined where the id has none. */
export const kindIn = (id) => id?.split("/").at(-2);

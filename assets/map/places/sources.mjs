// What stands still: fetched once per version of a compound, put into the style's sources.
import { collection, floorBands, gridPoints, point, roofPoints, wallShapes } from "../../geometry/shapes.mjs";
import { compoundIn } from "../../records/ids.mjs";
import { MANY } from "./levels.mjs";

const COPIED = ["areas", "paths", "surroundings", "boundary", "grids", "buildings", "fields"];
const DRAWN = {
  walls: (features) => wallShapes(features.walls),
  floors: (features) => floorBands(features.buildings),
  roofs: (features) => roofPoints(features.buildings),
  gridnames: (features) => gridPoints(features.grids),
};
const COMMON = ["manhole", "lamp"]; // so many that they give way to every other kind
const TOGETHER_MS = 60;
const EAGER = 8; // this many compounds are fetched at once; the others when they come into view
const NOTHING = { walls: [], grids: [], buildings: [] };

/**
 * The compounds as the map knows them.
 * @param {object} options
 * @param {(name: string) => Row} options.source a GeoJSON source by name
 * @param {Record<string, Row>} options.kinds device kinds by name
 * @param {(path: string) => Promise<any>} options.read JSON of an address
 * @param {(place: Row) => void} options.onLoad a compound has arrived or changed
 * @param {(place: Row) => void} [options.onDrop] a compound is no longer held
 * @param {(ids: string[]) => void} [options.onDraw] these are being handed to the map
 * @param {(act: () => void, ms: number) => any} [options.delay] gives a timer
 */
export function createPlaces({
  source,
  kinds,
  read,
  onLoad,
  onDrop = () => {},
  onDraw = () => {},
  delay = (act, ms) => setTimeout(act, ms),
}) {
  const summaries = new Map();
  const loaded = new Map();
  const asked = new Map();
  let timer = null;
  let wanted = null; // ids of what is looked at, once there are too many to hold them all

  const rows = (place) => place.devices.map((device, offset) => ({ ...device, offset, compound: place.id }));

  const take = (place) => {
    const told = Object.fromEntries(Object.entries(place.features).map(([name, { features }]) => [name, features]));
    const shapes = Object.fromEntries(COPIED.map((name) => [name, told[name] ?? []]));
    const drawn = Object.fromEntries(Object.entries(DRAWN).map(([name, draw]) => [name, draw({ ...NOTHING, ...told })]));
    const devices = rows(place);
    const symbols = devices.filter(({ kind }) => kinds[kind] && kinds[kind].layer !== "gates").map((row) => symbol(row, kinds));
    loaded.set(place.id, {
      ...place,
      devices,
      shapes: { ...shapes, ...drawn, devices: symbols },
      byId: new Map(devices.map((row) => [row.id, row])),
      buildings: new Map(shapes.buildings.map((building) => [building.properties.id, building])),
    });
  };

  const draw = () => {
    const names = [...COPIED, ...Object.keys(DRAWN), "devices"];
    for (const name of names) source(name).setData(collection([...loaded.values()].flatMap((place) => place.shapes[name])));
    onDraw([...loaded.keys()]);
  };

  /** Compounds that arrive together are drawn together: each drawing cuts everything into tiles. */
  const soon = () => {
    timer ??= delay(() => {
      timer = null;
      draw();
    }, TOGETHER_MS);
  };

  const fetchOne = async (id, version) => {
    const key = `${id}@${version}`;
    if (asked.get(id) === key) return;
    asked.set(id, key);
    try {
      const place = await read(`/api/places/${encodeURIComponent(id)}?v=${encodeURIComponent(version)}`);
      if (wanted && !wanted.has(id)) return void asked.delete(id); // left behind meanwhile
      take(place);
      soon();
      onLoad(loaded.get(id));
    } catch (error) {
      asked.delete(id); // the next view or snapshot asks again
      console.warn("place", id, error);
    }
  };

  /** Fetch compounds that are not there yet in the wanted version. */
  const need = (missing) =>
    Promise.all(
      missing.map(({ id, version }) => {
        const summary = summaries.get(id);
        const newest = version ?? summary?.version;
        if (!summary || loaded.get(id)?.version === newest) return undefined;
        return fetchOne(id, newest);
      }),
    );

  return {
    /** Begin with these compounds, summaries of them. */
    load: async (rows) => {
      for (const summary of rows) summaries.set(summary.id, summary);
      if (summaries.size <= MANY) await need(rows.slice(0, EAGER));
    },
    need,
    /** Look at these: of many compounds only what is looked at is held. */
    look: (ids) => {
      if (summaries.size > MANY) {
        wanted = new Set(ids);
        const gone = [...loaded.keys()].filter((id) => !wanted.has(id));
        for (const id of gone) {
          onDrop(loaded.get(id));
          loaded.delete(id);
          asked.delete(id);
        }
        if (gone.length) soon();
      }
      return need(ids.map((id) => ({ id })));
    },
    all: () => [...summaries.values()],
    summary: (id) => summaries.get(id),
    get: (id) => loaded.get(id),
    device: (id) => loaded.get(compoundIn(id))?.byId.get(id),
    building: (id) => [...loaded.values()].find((place) => place.buildings.has(id))?.buildings.get(id),
  };
}

/** The point of a device, with what its badge needs. */
function symbol({ id, kind, lonlat, height, building, floor }, kinds) {
  const { layer, glyph } = kinds[kind];
  return point(lonlat, { id, kind, layer, glyph, rank: COMMON.indexOf(kind), height: height ?? 0, indoors: Boolean(building && floor) });
}

// The open building on the map: its storeys lifted apart, marks on the chosen one, lift cabins where
// they are; everything else steps back. Data moves marks and colours, never the view.
import { casesIn, floorOf, floorOfCase } from "../../records/floors.mjs";
import { t } from "../../words/texts.mjs";
import { point } from "../../geometry/shapes.mjs";
import { cabin, corners, extent, leftmost, levels, plateId, plates, shafts, standing, towards } from "./storeys.mjs";

/** What steps back while a building is open: shapes grow faint, crowds of symbols leave. */
const FAINT = { buildings: 0.24, surroundings: 0.4, walls: 0.2, lit: 0.3 };
const AWAY = [
  "sensors",
  "sensor-dots",
  "cameras",
  "camera-dots",
  "cameras-glyph",
  "gone",
  "gridnames",
  "roofs",
  "floors",
  "fields",
  "fields-seen",
  "fields-seen-edge",
  "gates",
  "responders",
];

/**
 * @param {import("../../vendor/maplibre-gl.mjs").Map} map
 * @param {object} options
 * @param {() => Record<string, Row>} options.kinds
 * @param {number[]} options.byAge opacity of a symbol by the age of what it says
 * @param {ReturnType<typeof import("../records/sources.mjs").createFill>} options.fill
 * @param {() => Row|undefined} options.model the live model
 * @param {(layer: string) => boolean} options.shown whether a layer's switch is on
 * @param {(id: string) => boolean} options.covered whether a case on the map tells of a device
 * @param {(device: string) => string|undefined} options.unitOf
 */
export function createInside(map, { kinds, byAge, fill, model, shown, covered, unitOf }) {
  let told = null;
  let chosen = 0;
  const faint = Object.entries(FAINT).filter(([id]) => map.getLayer(id));
  const away = AWAY.filter((id) => map.getLayer(id));
  const usual = new Map(faint.map(([id]) => [id, map.getPaintProperty(id, "fill-extrusion-opacity")]));
  const said = new Map(); // feature-state that stands, by source and id

  const reading = (id) => model()?.reading?.(id) ?? null;
  const incidents = () => model()?.things.incidents.values() ?? [];

  /** Set feature-state that differs from what stands. */
  const set = (source, id, state) => {
    const key = `${source} ${id}`;
    const words = JSON.stringify(state);
    if (said.get(key) === words) return;
    said.set(key, words);
    map.setFeatureState({ source, id }, state);
  };

  const stepBack = (open) => {
    for (const [id, opacity] of faint) map.setPaintProperty(id, "fill-extrusion-opacity", open ? opacity : usual.get(id));
    for (const id of away) {
      const visible = !open && shown(map.getLayer(id).metadata?.["dayuan:layer"]);
      map.setLayoutProperty(id, "visibility", visible ? "visible" : "none");
    }
  };

  const stand = (id, open) => {
    for (const source of ["buildings", "floors"]) map.setFeatureState({ source, id }, { open: open ? 1 : 0 });
  };

  /** The worst level on each plate: of devices in its unit, or of the whole floor, and of cases. */
  const levelOf = () => {
    const worst = new Map();
    const note = (floor, unit, level) => {
      if (!level || !floor) return;
      const parts = told.units.map((_, part) => part).filter((part) => !unit || told.units[part].units.includes(unit));
      for (const part of parts.length ? parts : told.units.keys())
        worst.set(plateId(floor, part), Math.min(level, worst.get(plateId(floor, part)) ?? 9));
    };
    for (const device of told.devices) note(floorOf(device, told, reading), device.unit, reading(device.id)?.level);
    for (const row of casesIn(told, incidents())) note(floorOfCase(row, told, reading), unitOf(row.device ?? ""), row.level);
    return worst;
  };

  const marks = (worst) => {
    const left = corners(told).length ? leftmost(told, map.getBearing()) : null;
    const lying = levels(told, chosen);
    const names = left
      ? told.floors.map(({ floor }) => {
          const level = Math.min(9, ...told.units.map((_, part) => worst.get(plateId(floor, part)) ?? 9)) % 9;
          return point(left, {
            id: `floor|${floor}`,
            part: "floor",
            name: plateName(floor),
            floor,
            chosen: floor === chosen,
            level,
            height: lying.get(floor),
            order: floor === chosen ? 0 : level || 9,
          });
        })
      : [];
    const units = lying.has(chosen)
      ? told.units
          .filter(({ names: own }) => own.length)
          .map(({ names: own, middle }, i) =>
            point(towards(told, middle, map.getBearing()), {
              id: `unit|${i}`,
              part: "unit",
              name: t("inside.unit", { n: own.join("·") }),
              chosen: false,
              level: 0,
              height: lying.get(chosen) + 0.5,
              order: 5,
            }),
          )
      : [];
    return [...names, ...units, ...told.devices.flatMap(mark)];
  };

  /** A device on the chosen floor (a lift while its cabin is there), and whatever has an alarm. */
  const mark = (device) => {
    const floor = floorOf(device, told, reading);
    const { level = 0, age = 3 } = reading(device.id) ?? {};
    const seen = floor === chosen || level;
    if (!floor || !seen || covered(device.id)) return [];
    return [
      point(device.lonlat, {
        id: device.id,
        part: "device",
        glyph: kinds()[device.kind]?.glyph ?? "",
        level,
        floor,
        name: floor === chosen ? device.room : "",
        opacity: byAge[age],
        height: standing(told, chosen, floor),
        order: level || 8,
      }),
    ];
  };

  /** Bring colours, cabins and marks up to what is known now. */
  const refresh = () => {
    if (!told) return;
    const worst = levelOf();
    for (const { floor } of told.floors)
      for (const part of told.units.keys()) set("storeys", plateId(floor, part), { level: worst.get(plateId(floor, part)) ?? 0 });
    for (const device of told.devices.filter(({ kind }) => kind === "lift"))
      set("shafts", device.id, { ...cabin(told, chosen, floorOf(device, told, reading) || 1), level: reading(device.id)?.level ?? 0 });
    fill("inside", marks(worst));
  };
  map.on("rotateend", refresh); // storeys are numbered on the left, whichever side that is

  return {
    /** Open a building at a floor, go to another floor of it, or close it with null. */
    open: (building, floor) => {
      const [before, after] = [told?.id, building?.id];
      [told, chosen] = [building, floor];
      if (before && before !== after) stand(before, false);
      if (after && before !== after) stand(after, true);
      if (Boolean(before) !== Boolean(after)) stepBack(Boolean(after));
      fill("storeys", told ? plates(told, chosen) : []);
      fill("shafts", told ? shafts(told, chosen) : []);
      if (told) refresh();
      else fill("inside", []);
    },
    refresh,
    id: () => told?.id ?? null,
    floor: () => chosen,
    /** Whether a device is drawn inside the open building, and so nowhere else. */
    holds: (id) => Boolean(told?.devices.some((device) => device.id === id)),
    /** Where a case in the open building is drawn, else null. */
    spot: (incident) => {
      if (!told || incident.building !== told.id) return null;
      const floor = floorOfCase(incident, told, reading) || told.floors.find((row) => row.floor > 0)?.floor;
      const home = told.units.find(({ units }) => units.includes(unitOf(incident.device ?? ""))) ?? told.units[0];
      const lonlat = incident.lonlat ?? home?.middle;
      return lonlat ? { lonlat, height: standing(told, chosen, floor) } : null;
    },
    /** What a view must hold to show all of it. */
    extent: () => (told && corners(told).length ? { points: extent(told), ring: corners(told) } : null),
  };
}

/** What stands beside a plate: short, for there may be thirty. */
function plateName(floor) {
  return floor > 0 ? t("inside.plate", { n: floor }) : t("inside.plate_below", { n: -floor });
}

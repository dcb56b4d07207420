// What a thing on the map is called and what it says, in the language on screen.
import { readingWords } from "./readings.mjs";
import { compoundName, homeName, levelWords, roleWord, stateWord, whereabouts } from "./names.mjs";
import { has, inLanguage, t } from "./texts.mjs";
import { centroid } from "../geometry/shapes.mjs";

const word = (key, otherwise) => (has(key) ? t(key) : otherwise);

/**
 * @param {Row} parts the map's parts that know things; lastSeen says when a person was located
 * @returns {(target: Target) => Card|null}
 */
export function createTelling({ places, kinds, titleOf, cases, movers, live, lastSeen }) {
  const model = () => live()?.model;

  const device = (id) => {
    const row = places.device(id);
    if (!row) return null;
    const kind = kinds()[row.kind];
    const reading = model()?.reading?.(id) ?? null;
    const words = readingWords(row.kind, reading, { kinds: kinds() }).join(" · ");
    return {
      title: row.name || id,
      lines: [homeName(id), kind?.label, words, reading?.level ? levelWords(reading.level) : ""],
      lonlat: row.lonlat,
      height: row.height,
    };
  };

  const incident = (id) => {
    const row = model()?.things.incidents.get(id);
    const spot = row && cases.spot(id);
    if (!spot) return null;
    return { title: titleOf(row.kind), lines: [levelWords(row.level), whereabouts(row), stateWord(row.state)], ...spot };
  };

  const responder = (id) => {
    const row = model()?.things.responders.get(id);
    if (!row?.lonlat) return null;
    return {
      title: row.name,
      lines: [[compoundName(row.compound), roleWord(row.role)].join(" · "), word(`duty.${row.status}`, row.status), lastSeen(row)],
      lonlat: movers.at(id) ?? row.lonlat,
    };
  };

  const building = (id) => {
    const found = places.building(id);
    if (!found) return null;
    const { name, floors, units, height } = found.properties;
    return {
      title: name,
      lines: [homeName(id), t("map.building", { floors, units: units || "–" })],
      lonlat: centroid(found.geometry.coordinates[0]),
      height,
    };
  };

  const compound = (id) => {
    const place = places.summary(id);
    return place ? { title: inLanguage(place.name, place.name_en), lines: [], lonlat: place.center } : null;
  };

  const tellers = { device, incident, responder, building, compound };
  return ({ type, id }) => tellers[type]?.(id) ?? null;
}

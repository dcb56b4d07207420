// What the server knows about the selected incident beyond its frame: who can go, which cameras see
// it, its record. Asked again when the incident changes, and now and then for travel times.

const AGAIN_MS = 10_000;

/**
 * @param {object} options
 * @param {string} options.session live or replay:<id>
 * @param {() => void} options.onChange
 * @param {typeof fetch} [options.get]
 * @param {() => number} [options.now]
 */
export function createDetails({ session, onChange, get = fetch, now = () => performance.now() }) {
  let wanted = null;
  let have = null;
  let asking = "";
  let asked = 0;
  let stale = false;

  const ask = async (id, version) => {
    const key = `${id}|${version}`;
    if (asking === key) return;
    [asking, asked, stale] = [key, now(), false];
    try {
      const response = await get(`/api/incidents/${encodeURIComponent(id)}?session=${encodeURIComponent(session)}`);
      const answer = response.ok ? await response.json() : null;
      if (answer && wanted === id) have = { ...answer, id, version };
      if (wanted === id) onChange();
    } catch {
      // the socket tells the person that the link is gone; the next change asks again
    } finally {
      if (asking === key) asking = "";
      if (stale && wanted === id) ask(id, version);
    }
  };

  /** Follow an incident: its details are asked for when they are missing or old. */
  const follow = (incident) => {
    if (wanted !== (incident?.id ?? null)) have = null;
    wanted = incident?.id ?? null;
    if (!incident) return;
    const fresh = have?.version === incident.version && now() - asked < AGAIN_MS;
    if (!fresh && (have?.version !== incident.version || now() - asked >= AGAIN_MS))
      if (have || now() - asked > 1000 || asked === 0 || !asking.startsWith(`${incident.id}|`)) ask(incident.id, incident.version);
  };

  /** What the details depend on has changed: ask again, now or as soon as the answer under way is here. */
  const renew = () => {
    if (!wanted) return;
    stale = true;
    if (!asking && have) ask(wanted, have.version);
  };

  return { follow, renew, current: () => have };
}

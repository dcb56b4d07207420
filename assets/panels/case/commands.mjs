// Commands: sent once, pending at once, confirmed when the incident's new version is on screen,
// and honest about who was first. Takes fetch as an argument, so that it is tested without a server.

/**
 * @typedef {object} Sent
 * @property {string} key command and target, and responder if it names one
 * @property {string} command
 * @property {string} target incident or alarm id
 * @property {"pending"|"accepted"|"confirmed"|"lost"|"refused"|"failed"} state
 * @property {number} [version] version that confirms it
 * @property {Row} [answer] what the server said when it refused
 * @property {() => Promise<Sent>} [retry]
 * @property {Promise<Sent>} [done] settles when the server has answered
 */

const UNDER_WAY = new Set(["pending", "accepted"]);
const OUTCOME = { 409: "lost", 403: "refused", 422: "refused", 401: "refused" };

/**
 * @param {object} [options]
 * @param {typeof fetch} [options.post]
 * @param {(sent: Sent) => void} [options.onChange] called whenever a command's state changes
 */
export function createCommander({ post = fetch, onChange = () => {} } = {}) {
  /** @type {Map<string, Sent>} newest command by key */
  const sent = new Map();

  const become = (row, state, more = {}) => {
    Object.assign(row, more, { state });
    onChange(row);
    return row;
  };

  const run = async (row, body) => {
    become(row, "pending", { answer: undefined });
    try {
      const response = await post("/api/commands", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const answer = await response.json();
      if (response.ok) return become(row, "accepted", { version: answer.version });
      return become(row, OUTCOME[response.status] ?? "failed", { answer });
    } catch {
      return become(row, "failed");
    }
  };

  /**
   * Send a command; while the same one is under way, that one is returned and nothing is sent.
   * @param {{command: string, target: string, version: number, args?: Row}} order
   */
  const send = ({ command, target, version, args = {} }) => {
    const key = [command, target, args.responder ?? ""].join("|");
    const before = sent.get(key);
    if (before && UNDER_WAY.has(before.state)) return before.done;
    const body = { command, target, version, args };
    /** @type {Sent} */
    const row = { key, command, target, state: "pending" };
    sent.delete(key); // a map keeps insertion order, and this one is the newest now
    sent.set(key, row);
    row.retry = () => (UNDER_WAY.has(row.state) ? row.done : (row.done = run(row, body)));
    return (row.done = run(row, body));
  };

  /**
   * Confirm what is proved by the versions on screen; a target that is gone from it, such as an
   * alarm back to normal, has moved on as well.
   * @param {(target: string) => number|undefined} versionOf
   */
  const see = (versionOf) => {
    for (const row of sent.values())
      if (row.state === "accepted" && (versionOf(row.target) ?? Infinity) >= (row.version ?? 0)) become(row, "confirmed");
  };

  /** The newest command on any of these targets, or undefined. */
  const newest = (...targets) => [...sent.values()].filter((row) => targets.includes(row.target)).at(-1);

  /** Whether something on a target is under way. */
  const busy = (target) => [...sent.values()].some((row) => row.target === target && UNDER_WAY.has(row.state));

  /** Forget a command that is over, such as one whose confirmation was read. */
  const forget = (row) => {
    if (sent.get(row.key) === row && !UNDER_WAY.has(row.state)) sent.delete(row.key);
  };

  return { send, see, newest, busy, forget };
}

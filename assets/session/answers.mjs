// What the server answers when a page only asks.

/**
 * The JSON at a path; null when the server refused, could not be reached, or was cut short.
 * @param {string} path
 * @param {typeof fetch} [get]
 * @returns {Promise<any>}
 */
export async function answerOf(path, get = fetch) {
  try {
    const response = await get(path);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

// The tone of an unacknowledged level Ⅰ: two notes, once a second, until it is acknowledged.

const NOTES_HZ = [880, 660];
const NOTE_S = 0.18;

/**
 * @param {(state: "off"|"armed"|"sounding"|"none") => void} onState
 * @param {typeof AudioContext} [Context]
 */
export function createSound(onState, Context = globalThis.AudioContext) {
  let audio = null;
  let wanted = false;
  let timer = 0;

  const armed = () => audio?.state === "running";
  const tell = () => onState(!Context ? "none" : !armed() ? "off" : wanted ? "sounding" : "armed");

  const note = (hz, at) => {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    tone.frequency.value = hz;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.25, at + 0.02);
    volume.gain.linearRampToValueAtTime(0, at + NOTE_S);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + NOTE_S);
  };

  const beat = () => {
    if (wanted && armed()) NOTES_HZ.forEach((hz, i) => note(hz, audio.currentTime + i * NOTE_S));
  };

  /** Browsers allow sound after a gesture only; this is called at the start and at each gesture. */
  const arm = async () => {
    if (!Context) return tell();
    if (!audio) {
      audio = new Context();
      audio.onstatechange = tell;
    }
    // A browser that wants a gesture first leaves this promise open, so it is not waited for.
    audio.resume().then(tell, tell);
    return tell();
  };

  /** Sound, or be silent. */
  const sound = (on) => {
    if (on === wanted) return;
    wanted = on;
    clearInterval(timer);
    if (on) timer = setInterval(beat, 1000);
    if (on) beat();
    tell();
  };

  return { arm, sound, tell };
}

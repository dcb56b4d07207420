// Asks what draws here, away from the page: the asking starts the browser's graphics, and a page
// that waits for that draws nothing meanwhile.
const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
const told = gl?.getExtension("WEBGL_debug_renderer_info");
const name = told ? gl.getParameter(told.UNMASKED_RENDERER_WEBGL) : "";
postMessage(/swiftshader|llvmpipe|software|basic render/i.test(name));

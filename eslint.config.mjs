// What eslint looks for in the browser's half. Format is prettier's, types are tsc's.
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["assets/vendor/**"] },
  js.configs.recommended,
  {
    files: ["assets/**/*.{js,mjs}"],
    languageOptions: { globals: globals.browser },
  },
  { files: ["assets/clientside.js"], languageOptions: { sourceType: "script" } },
  { files: ["tests/assets/*.mjs", "*.mjs"], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
  {
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      "object-shorthand": "error",
      "no-else-return": "error",
      "no-implicit-coercion": "error",
      "no-duplicate-imports": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-throw-literal": "error",
      "no-warning-comments": "error",
      "no-console": ["error", { allow: ["warn", "error"] }],
      "no-alert": "error",
      "prefer-template": "error",
      "prefer-arrow-callback": "error",
    },
  },
];

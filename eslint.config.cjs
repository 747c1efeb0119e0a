// CommonJS, because pre-commit keeps these packages outside this folder and only `require` looks there.
const js = require("@eslint/js");
const globals = require("globals");

module.exports = [
    { ignores: ["**/static/lib/**", "**/node_modules/**", ".campo/**"] },
    js.configs.recommended,
    {
        files: ["addons/*/static/**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: { ...globals.browser, odoo: "readonly", luxon: "readonly" },
        },
        rules: {
            curly: "error",
            eqeqeq: ["error", "always", { null: "ignore" }],
            "no-console": ["error", { allow: ["warn", "error"] }],
            "no-restricted-syntax": [
                "error",
                {
                    selector: "PrivateIdentifier",
                    message:
                        "Owl components are patched and proxied: a leading underscore, not '#'.",
                },
            ],
            "no-unused-vars": ["error", { args: "after-used", caughtErrors: "all" }],
            "no-var": "error",
            "object-shorthand": "error",
            "prefer-const": ["error", { destructuring: "all", ignoreReadBeforeAssign: true }],
            "prefer-template": "error",
        },
    },
    {
        files: ["*.cjs", "tools/**/*.cjs"],
        languageOptions: { sourceType: "commonjs", globals: globals.node },
    },
    { files: ["tools/**/*.mjs"], languageOptions: { globals: globals.node } },
];

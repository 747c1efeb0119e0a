/** @type {import("prettier").Config} */
module.exports = {
    printWidth: 100,
    tabWidth: 4,
    bracketSpacing: true,
    trailingComma: "es5",
    proseWrap: "preserve",
    // Text keeps its white space; between elements it may change: write <b t-out="x" />, not
    // <b><t t-out="x" /></b>.
    xmlWhitespaceSensitivity: "preserve",
    xmlSelfClosingSpace: true,
    // pre-commit keeps the plugin in an environment of its own, outside this folder
    plugins: [require.resolve("@prettier/plugin-xml")],
    overrides: [{ files: ["*.json", "*.yaml", "*.yml", "*.md"], options: { tabWidth: 2 } }],
};

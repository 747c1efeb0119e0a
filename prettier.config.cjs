/** @type {import("prettier").Config} */
module.exports = {
    printWidth: 100,
    tabWidth: 4,
    bracketSpacing: true,
    trailingComma: "es5",
    proseWrap: "preserve",
    // White space is meaning in a QWeb report or a mail: only attributes are laid out again.
    xmlWhitespaceSensitivity: "preserve",
    xmlSelfClosingSpace: true,
    // pre-commit keeps the plugin in an environment of its own, outside this folder
    plugins: [require.resolve("@prettier/plugin-xml")],
    overrides: [{ files: ["*.json", "*.yaml", "*.yml", "*.md"], options: { tabWidth: 2 } }],
};

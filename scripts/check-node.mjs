// Stops a command that an older Node would only break half-way through. Written so that an old Node can run it.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 24 || (major === 24 && minor < 9)) {
  console.error(
    `RAE needs Node 24.9 or newer and this is ${process.version}: run \`npm ci\` (without --ignore-scripts), which brings the right one along with the packages.`,
  );
  process.exit(1);
}

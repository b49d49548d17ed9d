// Babel settings by which dependency-cruiser reads TypeScript. Of each file only its imports are kept; those of types
// count as well, since a type from another room binds as much as a value does.
const parseTypeScript = (_, { plugins }) => plugins.push('typescript');

const importsOnly = ({ types }) => ({
  manipulateOptions: parseTypeScript,
  visitor: {
    Program(program) {
      const imported = new Set();
      const add = (source) => {
        if (types.isStringLiteral(source)) imported.add(source.value);
      };
      program.traverse({
        'ImportDeclaration|ExportNamedDeclaration|ExportAllDeclaration'({ node }) {
          add(node.source);
        },
        TSImportType({ node }) {
          add(node.argument);
        },
        CallExpression({ node }) {
          if (node.callee.type === 'Import') add(node.arguments[0]);
        },
      });
      program.node.body = [...imported].map((name) => types.importDeclaration([], types.stringLiteral(name)));
      program.skip();
    },
  },
});

module.exports = { plugins: [importsOnly], babelrc: false, configFile: false };

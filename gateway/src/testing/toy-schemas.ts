const HEAD = `
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@composeDirective"])
  @link(url: "https://specs.rae.example/access/v1.0", import: ["@access"])
  @composeDirective(name: "@access")
directive @access(role: Role!) on FIELD_DEFINITION
enum Role { READER AGENT OPERATOR ADMIN PLATFORM }
scalar JSON
`;

/** Owns things and the events about them. */
export const ITEMS_SDL = `${HEAD}
type Query {
  items(first: Int = 10): [Item] @access(role: READER)
  item(id: ID!): Item @access(role: READER)
  whoami: JSON @access(role: READER)
  slow(ms: Int!): Int @access(role: READER)
  secretItems: [Item] @access(role: ADMIN)
  fail(code: String!): String @access(role: READER)
}
type Mutation {
  addItem(name: String!, ownerId: ID, tags: JSON): Item @access(role: AGENT)
  slowMutation(ms: Int!): Int @access(role: AGENT)
}
type Subscription {
  itemAdded(nameStarts: String, after: String): ItemEvent! @access(role: READER)
  countdown(from: Int!): Int! @access(role: READER)
  pulse: Int! @access(role: READER)
  forever(after: String): ItemEvent! @access(role: ADMIN)
}
type ItemEvent { cursor: String! at: Int! item: Item related: [Item!]! fails: String }
type Item @key(fields: "id") { id: ID! name: String! owner: Owner parent: Item tags: JSON fails: String }
type Owner @key(fields: "id", resolvable: false) { id: ID! }
`;

/** Knows the people that things belong to, and a field of every thing. */
export const OWNERS_SDL = `${HEAD}
type Query {
  owner(id: ID!): Owner @access(role: READER)
  owners: [Owner] @access(role: READER)
}
type Owner @key(fields: "id") { id: ID! name: String! greeting(word: String = "hello"): String! fails: String! scores: JSON }
type Item @key(fields: "id") { id: ID! price(currency: String = "EUR"): String }
`;

/** The items subgraph of a later release beside its old fields: things have a colour, and their price has moved here. */
export const BOTH_ITEMS_SDL = ITEMS_SDL.replace(
  'name: String! owner',
  'name: String! colour: String price: String owner',
);

/** Later, events have no `related` any more. */
export const LATER_ITEMS_SDL = BOTH_ITEMS_SDL.replace('related: [Item!]! ', '');
export const LATER_OWNERS_SDL = OWNERS_SDL.replace(/type Item .*\n/, '');

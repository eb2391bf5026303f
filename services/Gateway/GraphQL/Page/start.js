// The credential is typed into the headers' tab and is kept in this page alone; a socket gets it in its first message.
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "/graphql", subscriptionUrl: location.origin.replace(/^http/, "ws") + "/graphql" }),
    defaultEditorToolsVisibility: "headers",
    defaultHeaders: '{\n  "Authorization": "Bearer "\n}',
    defaultQuery: "{\n  indicators(first: 10) {\n    nodes { name severity relationships(first: 3) { nodes { relationshipType target { type name } } } }\n  }\n}\n",
    shouldPersistHeaders: false,
  }),
);

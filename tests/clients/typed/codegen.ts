// Types for documents: graphql-codegen --config codegen.ts
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  emitLegacyCommonJSImports: false,
  schema: "../../../schema.graphql",
  documents: ["codegen-client.ts"],
  generates: {
    "gql/": {
      preset: "client",
      config: {
        strictScalars: true,
        scalars: { DateTime: "string", SyncCursor: "string", URL: "string" },
        useTypeImports: true,
        enumsAsTypes: true,
      },
    },
  },
};
export default config;

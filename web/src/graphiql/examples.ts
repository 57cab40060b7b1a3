// The documents of the first tabs, one a file, in the order of their names.
const files = import.meta.glob<string>('./examples/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export const EXAMPLES: readonly string[] = Object.keys(files)
  .sort()
  .map((name) => files[name] as string);

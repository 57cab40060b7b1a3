// Where the examples go: `./dev demo`, unless the environment says otherwise.
export const server = process.env.TICKETS_URL ?? "http://localhost:8000";
export const url = `${server}/graphql`;
export const headers = { "X-API-Key": process.env.TICKETS_KEY ?? "amk_your_api_key_here" };

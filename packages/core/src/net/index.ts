/** HTTP to addresses that tenants name, without letting them reach into the private network. */
export * from "./address.ts";
export * from "./public-host.ts";
export * from "./safe-fetch.ts";

import { getSession } from "@/server/session.ts";
import { Live } from "./live.tsx";
export default async function P() { const s = await getSession(); return <p>hello {s.user.email} {s.tenant.name}<Live /></p>; }

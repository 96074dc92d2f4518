import { answer } from "@/server/answer.ts";

export const dynamic = "force-dynamic";
export const runtime = "nodejs";

export { answer as GET, answer as HEAD };

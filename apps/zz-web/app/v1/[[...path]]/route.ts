import { answer } from "@/server/answer.ts";

export const dynamic = "force-dynamic";
export const runtime = "nodejs";

export {
  answer as DELETE,
  answer as GET,
  answer as HEAD,
  answer as OPTIONS,
  answer as PATCH,
  answer as POST,
  answer as PUT,
};

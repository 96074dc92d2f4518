import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "@/server/auth-options.ts";

export const dynamic = "force-dynamic";
export const runtime = "nodejs";

function handle(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  return NextAuth(request, context, authOptions(request.headers));
}

export { handle as GET, handle as POST };

import { type NextRequest, NextResponse } from "next/server";
import { contentSecurityPolicy } from "./src/features/shell/content-security-policy.ts";

/** Gives every page a fresh script nonce: what agents write is shown in these pages, and must never run in them. */
export function proxy(request: NextRequest) {
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  // A page does not know its own address, and needs it to come back after signing in.
  headers.set("x-path", request.nextUrl.pathname + request.nextUrl.search);
  // Next reads the nonce for its own scripts from this request header.
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = {
  matcher: [
    "/((?!api/|v1/|_next/static|_next/image|health|metrics|openapi.json|schemas/|docs|favicon.ico|icon.svg).*)",
  ],
};

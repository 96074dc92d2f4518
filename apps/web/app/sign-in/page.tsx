import { TextLink } from "@djinnbot/ui";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthCard } from "@/features/auth/auth-card.tsx";
import { safeNextPath, withNext } from "@/features/auth/next-path.ts";
import { SignInForm } from "@/features/auth/sign-in-form.tsx";
import { loadViewer } from "@/features/shell/load-viewer.ts";

type SearchParams = Record<string, string | string[] | undefined>;

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const next = safeNextPath([(await searchParams).next].flat()[0]);
  if ((await loadViewer()) !== null) {
    redirect(next);
  }
  return (
    <AuthCard
      title="Sign in"
      footer={
        <>
          No account yet? <TextLink href={withNext("/register", next)}>Create a team</TextLink>
        </>
      }
    >
      <SignInForm next={next} />
    </AuthCard>
  );
}

import { TextLink } from "@djinnbot/ui";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthCard } from "@/features/auth/auth-card.tsx";
import { safeNextPath, withNext } from "@/features/auth/next-path.ts";
import { RegisterForm } from "@/features/auth/register-form.tsx";
import { loadViewer } from "@/features/shell/load-viewer.ts";
import { TrpcProvider } from "@/trpc/provider.tsx";

type SearchParams = Record<string, string | string[] | undefined>;

export const metadata: Metadata = { title: "Create a team" };

export default async function RegisterPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const next = safeNextPath([(await searchParams).next].flat()[0]);
  if ((await loadViewer()) !== null) {
    redirect(next);
  }
  return (
    <AuthCard
      title="Create a team"
      footer={
        <>
          Already have an account? <TextLink href={withNext("/sign-in", next)}>Sign in</TextLink>
        </>
      }
    >
      <TrpcProvider>
        <RegisterForm next={next} />
      </TrpcProvider>
    </AuthCard>
  );
}

"use client";
import { Page, PageHeader, SkeletonText } from "@djinnbot/ui";
import { trpc } from "@/trpc/client.ts";
import { FaultState } from "../form/fault-state.tsx";
import { NameCard } from "./name-card.tsx";
import { PasswordCard } from "./password-card.tsx";
import { SignOutCard } from "./sign-out-card.tsx";
import { TeamCard } from "./team-card.tsx";

/** Who am I here, and which team is this? */
export function ProfilePage() {
  const me = trpc.auth.me.useQuery({});
  const tenant = trpc.tenants.me.useQuery({});
  const error = me.error ?? tenant.error;
  return (
    <Page width="form">
      <PageHeader title="Profile" description="You and your team." />
      {me.data && tenant.data ? (
        <>
          <NameCard me={me.data} />
          <PasswordCard />
          <TeamCard tenant={tenant.data} mayChange={me.data.scopes.includes("tenant:write")} />
          <SignOutCard />
        </>
      ) : error ? (
        <FaultState
          title="Your profile could not be loaded"
          error={error}
          onRetry={() => void Promise.all([me.refetch(), tenant.refetch()])}
        />
      ) : (
        <SkeletonText lines={12} />
      )}
    </Page>
  );
}

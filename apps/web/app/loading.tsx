import { Page, Skeleton, SkeletonTable } from "@djinnbot/ui";

export default function Loading() {
  return (
    <main>
      <Page>
        <Skeleton className="h-6 w-48" />
        <SkeletonTable />
      </Page>
    </main>
  );
}

import { RunSkeleton } from "@/features/run/run-page.tsx";

export default function Loading() {
  return <RunSkeleton />;
}

import type { Metadata } from "next";
import { HomePage } from "@/features/home/home-page.tsx";
import { loadExpectedRows, loadFirstSteps } from "@/features/home/load-home.ts";

export const metadata: Metadata = { title: "Home" };

export default async function Home() {
  const [firstSteps, expected] = await Promise.all([loadFirstSteps(), loadExpectedRows()]);
  return <HomePage firstSteps={firstSteps} expected={expected} />;
}

import type { Metadata } from "next";
import { HomePage } from "@/features/home/home-page.tsx";
import { loadFirstSteps } from "@/features/home/load-home.ts";

export const metadata: Metadata = { title: "Home" };

export default async function Home() {
  return <HomePage firstSteps={await loadFirstSteps()} />;
}

import type { Metadata } from "next";
import { NetworkPage } from "@/features/network/network-page.tsx";

export const metadata: Metadata = { title: "Network" };

export default function Network() {
  return <NetworkPage />;
}

import type { Metadata } from "next";
import { ProvidersPage } from "@/features/settings/providers-page.tsx";

export const metadata: Metadata = { title: "Providers" };

export default function Providers() {
  return <ProvidersPage />;
}

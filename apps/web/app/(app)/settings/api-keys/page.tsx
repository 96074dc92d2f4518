import type { Metadata } from "next";
import { ApiKeysPage } from "@/features/settings/api-keys-page.tsx";

export const metadata: Metadata = { title: "API keys" };

export default function ApiKeys() {
  return <ApiKeysPage />;
}

import type { Metadata } from "next";
import { AgentPage } from "@/features/agent/agent-page.tsx";

type Params = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  return { title: decodeURIComponent((await params).id) };
}

export default async function Agent({ params }: Params) {
  return <AgentPage agentId={decodeURIComponent((await params).id)} />;
}

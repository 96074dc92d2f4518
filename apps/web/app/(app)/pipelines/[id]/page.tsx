import type { Metadata } from "next";
import { PipelinePage } from "@/features/pipeline/pipeline-page.tsx";

export const metadata: Metadata = { title: "Pipeline" };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <PipelinePage key={id} pipelineId={decodeURIComponent(id)} />;
}

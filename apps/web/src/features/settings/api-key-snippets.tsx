"use client";
import {
  Card,
  CardBody,
  CardHeader,
  CodeBlock,
  Tabs,
  TabsContent,
  TabsList,
  TabsTrigger,
  TextLink,
} from "@djinnbot/ui";
import { Terminal } from "lucide-react";
import { useSyncExternalStore } from "react";
import { clientSnippet, curlSnippet } from "./snippets.ts";

/** How a program uses a key, ready to copy. */
export function ApiKeySnippets({ apiKey }: { apiKey?: string }) {
  const origin = useSyncExternalStore(
    () => () => undefined,
    () => window.location.origin,
    () => "",
  );
  return (
    <Card>
      <CardHeader
        icon={<Terminal aria-hidden />}
        title="Using a key"
        actions={
          <TextLink href="/docs" external className="text-xs">
            API reference
          </TextLink>
        }
      />
      <CardBody className="pt-2">
        <Tabs defaultValue="curl">
          <TabsList>
            <TabsTrigger value="curl">curl</TabsTrigger>
            <TabsTrigger value="client">Typed client</TabsTrigger>
          </TabsList>
          <TabsContent value="curl">
            <CodeBlock label="Start a run with curl" code={curlSnippet({ origin, apiKey })} />
          </TabsContent>
          <TabsContent value="client">
            <CodeBlock label="Start and follow a run with the typed client" code={clientSnippet({ origin, apiKey })} />
          </TabsContent>
        </Tabs>
      </CardBody>
    </Card>
  );
}

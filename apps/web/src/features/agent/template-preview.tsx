"use client";
import { type AgentTemplate, personaFiles } from "@djinnbot/contracts";
import { Avatar, Badge, Button, Checkbox, Tabs, TabsContent, TabsList, TabsTrigger } from "@djinnbot/ui";
import { ArrowLeft, UserSearch } from "lucide-react";
import { Markdown } from "../run/markdown.tsx";

type TemplatePreviewProps = {
  template: AgentTemplate | undefined;
  chosen: boolean;
  onToggle: (on: boolean) => void;
  onBack: () => void;
};

/** The character of an agent of the catalogue, as it is written. */
export function TemplatePreview({ template, chosen, onToggle, onBack }: TemplatePreviewProps) {
  if (template === undefined) {
    return (
      <div className="flex flex-col items-center justify-center gap-2 rounded-lg border border-dashed border-line p-6 text-center text-sm text-muted max-md:hidden">
        <UserSearch aria-hidden className="size-6 text-faint" />
        Choose somebody on the left to see how they think and work.
      </div>
    );
  }
  const files = personaFiles.filter((file) => template.files[file]);
  return (
    <div className="flex min-h-0 min-w-0 flex-col gap-3">
      <Button
        variant="ghost"
        size="sm"
        icon={<ArrowLeft aria-hidden />}
        onClick={onBack}
        className="self-start md:hidden"
      >
        Catalogue
      </Button>
      <div className="flex items-start gap-3">
        <Avatar name={template.name} emoji={template.emoji} size="lg" />
        <div className="min-w-0 flex-1">
          <h3 className="text-base font-semibold">{template.name}</h3>
          <p className="text-sm text-muted">{template.role}</p>
        </div>
        <Checkbox label="Clone" checked={chosen} onCheckedChange={onToggle} />
      </div>
      <p className="text-sm">{template.description}</p>
      {template.stage === null ? null : (
        <p className="flex flex-wrap gap-1">
          {template.stage.split(",").map((stage) => (
            <Badge key={stage}>{stage.trim()}</Badge>
          ))}
        </p>
      )}
      {files.length === 0 ? null : (
        <Tabs defaultValue={files[0] ?? ""} className="flex min-h-0 flex-1 flex-col">
          <TabsList>
            {files.map((file) => (
              <TabsTrigger key={file} value={file} className="text-xs">
                {file.replace(".md", "")}
              </TabsTrigger>
            ))}
          </TabsList>
          {files.map((file) => (
            <TabsContent key={file} value={file} className="min-h-0 flex-1 overflow-y-auto" tabIndex={0}>
              <Markdown text={template.files[file] ?? ""} />
            </TabsContent>
          ))}
        </Tabs>
      )}
    </div>
  );
}

"use client";
import {
  Avatar, Badge, Button, Card, CardBody, CardFooter, CardHeader, Checkbox, CodeBlock, CodeText, Combobox, ConfirmDialog, CopyButton, DemoModelBanner,
  DescriptionList, Dialog, DialogContent, DialogTrigger, Duration, EmptyState, ErrorState, Field, IconButton, Input, Kbd, type LogLine, Money, NoSandboxBanner,
  Page, PageHeader, Progress, RelativeTime, SegmentedControl, Select, Sheet, SheetContent, SheetTrigger, SkeletonCards, SkeletonTable, Spinner, StatusBadge, StatusIcon,
  Switch, Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow, Tabs, TabsContent, TabsList, TabsTrigger, Textarea, TextLink, toast, TokenCount, VirtualFeed, VirtualLog, Banner,
} from "@djinnbot/ui";
import { Bot, Plus, Search, Settings, Trash2 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { AppShell } from "@/features/shell/app-shell.tsx";
import { PageCrumbs } from "@/features/shell/crumbs.tsx";
import { setLiveState } from "@/features/shell/live-state.ts";

const STATUSES = ["pending", "queued", "running", "waiting", "paused", "retrying", "completed", "failed", "cancelled", "skipped", "idle", "something_new"];
const OPTIONS = [
  { value: "a", label: "gpt-oss-120b", hint: "OpenAI compatible", group: "Local" },
  { value: "b", label: "claude", group: "Anthropic" },
  { value: "c", label: "Disabled one", group: "Anthropic", disabled: true },
];

export function Gallery({ serverNow }: { serverNow: number }) {
  const [count, setCount] = useState(100_000);
  const [text, setText] = useState("a");
  const [seg, setSeg] = useState<"a" | "b">("a");
  const [on, setOn] = useState(true);
  const [confirm, setConfirm] = useState(false);
  const [selected, setSelected] = useState<string | undefined>(undefined);
  const [feed, setFeed] = useState(() => Array.from({ length: 200 }, (_, i) => ({ id: String(i), text: "Lorem ipsum dolor sit amet ".repeat((i % 7) + 1) })));
  const all = useMemo(() => Array.from({ length: 110_000 }, (_, i): LogLine => ({ id: String(i), at: serverNow + i * 137, text: `\u001b[${30 + (i % 8)}m[${i}]\u001b[0m step \u001b[1mbold\u001b[0m output line number ${i} ${i % 50 === 0 ? "long ".repeat(60) : ""}` })), [serverNow]);
  const lines = useMemo(() => all.slice(0, count), [all, count]);
  useEffect(() => { setLiveState("connected"); }, []);
  return (
    <AppShell viewer={{ tenantName: "Acme Robotics", name: "Ada Lovelace", email: "ada@example.org" }} collapsed={false} onSignOut={() => toast("Signed out")}
      banners={<><DemoModelBanner action={<TextLink href="/settings/providers">Add a key</TextLink>} /><NoSandboxBanner /></>}>
      <PageCrumbs items={[{ label: "Runs", href: "/runs" }, { label: "Gallery of everything" }]} />
      <Page>
        <PageHeader title="Gallery" description="All primitives at once." meta={<StatusBadge status="running" />} actions={<><Button icon={<Search aria-hidden />}>Secondary</Button><Button variant="primary" icon={<Plus aria-hidden />}>New run</Button></>} />
        <div className="flex flex-wrap items-center gap-2">
          {(["primary", "secondary", "ghost", "danger", "link"] as const).map((v) => <Button key={v} variant={v}>{v}</Button>)}
          <Button loading>Loading</Button><Button disabled>Disabled</Button><Button size="sm">small</Button><Button size="lg">large</Button>
          <IconButton label="Settings" icon={<Settings aria-hidden />} shortcut="g s" /><CopyButton text="x" />
          <Kbd keys="mod+k" /><Kbd keys="g r" /><Spinner label="Loading runs" />
          <Button data-testid="toast" onClick={() => toast.success("Run 12 completed", { description: "Three commits on run/run_12" })}>Toast</Button>
          <Button data-testid="confirm" variant="danger" icon={<Trash2 aria-hidden />} onClick={() => setConfirm(true)}>Delete</Button>
          <Dialog><DialogTrigger asChild><Button data-testid="dialog">Dialog</Button></DialogTrigger><DialogContent title="New run" description="Pick a pipeline." footer={<><Button variant="ghost">Cancel</Button><Button variant="primary">Start</Button></>}><div className="flex flex-col gap-4"><Field label="Task" hint="What should they do?"><Textarea autoGrow /></Field><Field label="Pipeline"><Select value={selected} onValueChange={setSelected} options={OPTIONS} /></Field></div></DialogContent></Dialog>
          <Sheet modal={false}><SheetTrigger asChild><Button data-testid="sheet">Sheet</Button></SheetTrigger><SheetContent title="Step 3" description="Implement">Side panel body</SheetContent></Sheet>
        </div>
        <ConfirmDialog open={confirm} onOpenChange={setConfirm} title="Delete agent Yukihiro?" description="This cannot be undone. It removes:" consequences={["12 runs and their logs", "3 files of its persona"]} confirmLabel="Delete agent" typeToConfirm="yukihiro" onConfirm={async () => { await new Promise((r) => setTimeout(r, 300)); throw new Error("The agent is in a running pipeline. Cancel run_12 first."); }} />
        <div className="flex flex-wrap gap-2">{STATUSES.map((s) => <StatusBadge key={s} status={s} />)}</div>
        <div className="flex flex-wrap gap-3">{STATUSES.map((s) => <StatusIcon key={s} status={s} />)}<StatusBadge variant="plain" status="failed" /><Badge tone="accent">accent</Badge><Badge>neutral</Badge></div>
        <div className="grid gap-4 lg:grid-cols-3">
          <Card><CardHeader title="Form" description="All controls" icon={<Bot aria-hidden />} actions={<IconButton size="sm" label="More" icon={<Settings aria-hidden />} />} /><CardBody className="flex flex-col gap-4">
            <Field label="Name" required error="Use at least 3 characters."><Input defaultValue="ab" /></Field>
            <Field label="Slug" hint="Letters and dashes." optional><Input mono placeholder="my-agent" leading={<Search aria-hidden />} trailing={<CopyButton text="x" />} /></Field>
            <Field label="Model"><Combobox value={text} onValueChange={setText} options={OPTIONS} allowCustom /></Field>
            <Field label="Small"><Select size="sm" value={selected} onValueChange={setSelected} options={OPTIONS} /></Field>
            <Checkbox checked={on} onCheckedChange={setOn} label="Push the branch" hint="When the remote accepts it." />
            <Switch checked={on} onCheckedChange={setOn} label="Enabled" hint="Takes effect at once." />
            <SegmentedControl label="View" value={seg} onValueChange={setSeg} options={[{ value: "a", label: "Diagram" }, { value: "b", label: "YAML" }]} />
          </CardBody><CardFooter>Saved <RelativeTime at={serverNow} /></CardFooter></Card>
          <Card><CardHeader title="Facts" /><CardBody className="flex flex-col gap-4">
            <DescriptionList columns={2} items={[{ label: "Cost", value: <Money micros={14200} /> }, { label: "Tokens", value: <TokenCount value={12412} /> }, { label: "Duration", value: <Duration ms={72000} /> }, { label: "Running", value: <Duration from={serverNow} /> }, { label: "Run", value: <CodeText text="run_01HZZZZZZZZZZZZZZZZZZZ" truncate /> }, { label: "Started", value: <RelativeTime at={serverNow} /> }]} />
            <Progress label="Steps" value={3} max={8} /><Progress label="Done" tone="ok" value={8} max={8} /><Progress label="x" indeterminate value={0} max={1} />
            <div className="flex items-center gap-2"><Avatar name="Ada Lovelace" /><Avatar name="Yuki" emoji="🦊" /><Avatar name="Grace Hopper" size="lg" /><Avatar name="x" size="xs" /></div>
            <CodeBlock title="Command" code={"git fetch origin\ngit log --oneline run/run_12  # a rather long line that will need to scroll sideways in this box"} />
            <p className="prose-width">Text with a <TextLink href="/runs">link</TextLink> and an <TextLink external href="https://example.org">external one</TextLink>. <span className="text-muted">Muted.</span> <span className="text-faint">Faint.</span></p>
          </CardBody></Card>
          <div className="flex flex-col gap-4">
            <ErrorState title="The runs could not be loaded" why="The engine has not answered for 40 s." fix="Wait for it to come back, or look at npm run doctor." onRetry={() => {}} requestId="req_01HZX7A8B9C0D1E2F3" />
            <Card><EmptyState icon={<Bot aria-hidden />} title="No agents yet" action={<Button variant="primary">Clone from the catalogue</Button>} example={{ href: "/runs", label: "look at a finished run" }}>Agents are the colleagues who do the steps of a pipeline.</EmptyState></Card>
            <Banner tone="ok" title="Key works.">12 models found.</Banner>
          </div>
        </div>
        <Card><Tabs defaultValue="runs"><div className="px-4 pt-1"><TabsList><TabsTrigger value="runs" count={12}>Runs</TabsTrigger><TabsTrigger value="b">Steps</TabsTrigger><TabsTrigger value="c">Loading</TabsTrigger></TabsList></div>
          <TabsContent value="runs" className="pt-0"><Table label="Runs" maxHeight="14rem"><TableHead><tr><TableHeaderCell sort="desc" onSort={() => {}}>Run</TableHeaderCell><TableHeaderCell>Status</TableHeaderCell><TableHeaderCell>Task</TableHeaderCell><TableHeaderCell align="right">Cost</TableHeaderCell><TableHeaderCell align="right">Started</TableHeaderCell></tr></TableHead><TableBody>{STATUSES.map((s, i) => <TableRow key={s} selected={i === 2} onOpen={() => toast(s)}><TableCell><CodeText text={`run_${i}ABCDEF`} /></TableCell><TableCell><StatusBadge status={s} /></TableCell><TableCell truncate className="w-full min-w-40">Make the failing test of the parser pass and describe what was wrong with it at length</TableCell><TableCell align="right"><Money micros={14200 * i} /></TableCell><TableCell align="right" className="whitespace-nowrap text-muted"><RelativeTime at={serverNow - i * 3600000} /></TableCell></TableRow>)}</TableBody></Table></TabsContent>
          <TabsContent value="b" className="p-4"><SkeletonTable /></TabsContent><TabsContent value="c" className="p-4"><SkeletonCards count={3} /></TabsContent></Tabs></Card>
        <div className="grid gap-4 lg:grid-cols-2">
          <VirtualLog label="Build log" lines={lines} toolbar={<Button size="sm" data-testid="append" onClick={() => setCount((c) => c + 25)}>+25</Button>} />
          <Card><VirtualFeed label="Transcript" height="24rem" items={feed} getKey={(x) => x.id} estimateSize={() => 60} renderItem={(x) => <div className="border-b border-line px-4 py-2"><b>{x.id}</b> {x.text}</div>} /><CardFooter><Button size="sm" data-testid="grow" onClick={() => setFeed((f) => [...f.slice(0, -1), { id: f.at(-1)?.id ?? "", text: `${f.at(-1)?.text} more and more text `.repeat(2).slice(0, 4000) }])}>Grow</Button><Button size="sm" data-testid="add" onClick={() => setFeed((f) => [...f, { id: String(f.length), text: "new ".repeat(30) }])}>Add</Button></CardFooter></Card>
        </div>
      </Page>
    </AppShell>
  );
}

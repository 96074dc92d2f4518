"use client";
import { Button, Card, CardBody, CardHeader } from "@djinnbot/ui";
import { LogOut } from "lucide-react";
import { useState } from "react";
import { signOutHere } from "../auth/browser-sign-in.ts";

/** The way out of this browser. */
export function SignOutCard() {
  const [leaving, setLeaving] = useState(false);
  const leave = () => {
    setLeaving(true);
    signOutHere().catch(() => setLeaving(false));
  };
  return (
    <Card>
      <CardHeader icon={<LogOut aria-hidden />} title="This browser" />
      <CardBody className="flex flex-wrap items-center justify-between gap-3 text-sm">
        <p className="text-muted">To end your sign-ins elsewhere, change your password.</p>
        <Button icon={<LogOut aria-hidden />} loading={leaving} onClick={leave}>
          Sign out
        </Button>
      </CardBody>
    </Card>
  );
}

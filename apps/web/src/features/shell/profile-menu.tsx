"use client";
import {
  AppLink,
  Avatar,
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@djinnbot/ui";
import { Keyboard, LogOut, UserRound } from "lucide-react";
import type { Viewer } from "./viewer.tsx";

type ProfileMenuProps = { viewer: Viewer; onSignOut: () => void; onShowShortcuts: () => void };

/** Who is signed in, and the way out. */
export function ProfileMenu({ viewer, onSignOut, onShowShortcuts }: ProfileMenuProps) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger className="flex size-control items-center justify-center rounded-md hover:bg-hover">
        <Avatar name={viewer.name} size="sm" />
        <span className="sr-only">Profile of {viewer.name}</span>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="min-w-56">
        <div className="px-2 py-1.5 text-sm">
          <p className="truncate font-medium">{viewer.name}</p>
          <p className="truncate text-xs text-muted">{viewer.email}</p>
        </div>
        <DropdownMenuSeparator />
        <DropdownMenuItem asChild>
          <AppLink href="/settings/profile">
            <UserRound aria-hidden />
            Profile
          </AppLink>
        </DropdownMenuItem>
        <DropdownMenuItem icon={<Keyboard aria-hidden />} shortcut="?" onSelect={onShowShortcuts}>
          Keyboard shortcuts
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuItem icon={<LogOut aria-hidden />} onSelect={onSignOut}>
          Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

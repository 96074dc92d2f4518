import type { Metadata } from "next";
import { ProfilePage } from "@/features/settings/profile-page.tsx";

export const metadata: Metadata = { title: "Profile" };

export default function Profile() {
  return <ProfilePage />;
}

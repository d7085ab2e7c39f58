"""Running a server: migrations, the demo, the doctor, backup and restore, people's ways back in."""

"""What a call may use of the platform, each lane governed by the plugin's grants."""
